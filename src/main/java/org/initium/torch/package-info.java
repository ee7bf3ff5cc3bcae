// SPDX-License-Identifier: Apache-2.0
/**
 * PyTorch's own numbers: what {@code torch.manual_seed(s)} and {@code torch.nn.init} give on the
 * CPU and on a CUDA device, computed on the host.
 *
 * <p>The laws that torch writes in Python (truncated normal, sparse, orthogonal) are written here
 * once, over {@link org.initium.torch.TorchDraws}; the two ways in which torch draws uniforms and
 * normals, each in an order of its own, implement that. Values go to a {@link
 * org.initium.torch.ElementSink}, which knows where in memory they belong.
 */
package org.initium.torch;
