// SPDX-License-Identifier: Apache-2.0
/**
 * What a program holds of CUDA beside tensors: options of the process, the failures of CUDA's
 * calls, and JCuda's own pointers and streams. The backend is behind {@link org.initium.Backend},
 * and its rooms are not exported.
 */
package org.initium.cuda;
