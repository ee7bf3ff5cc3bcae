// SPDX-License-Identifier: Apache-2.0
/**
 * The CUDA driver by addresses and handles: calls and their failures, contexts, memory pools,
 * modules of kernels. Nothing here knows tensors or fills.
 */
package org.initium.cuda.driver;
