// SPDX-License-Identifier: Apache-2.0
/**
 * Tensors exchanged with other libraries by <a
 * href="https://dmlc.github.io/dlpack/latest/">DLPack</a>, without a copy.
 */
package org.initium.dlpack;
