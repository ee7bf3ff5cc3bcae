// SPDX-License-Identifier: Apache-2.0
/**
 * What a processor's own code makes of PyTorch's numbers, one by one, and the reference that it is
 * compared with. The formulas are PyTorch's, with the bits of its kernels.
 */
package org.initium.torch.kernel;
