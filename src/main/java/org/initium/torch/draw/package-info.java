// SPDX-License-Identifier: Apache-2.0
/**
 * In which order PyTorch draws the words of a tensor, on its CPU and on its CUDA devices. What is
 * drawn goes to a sink, a run of elements at a time.
 */
package org.initium.torch.draw;
