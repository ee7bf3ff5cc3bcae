// SPDX-License-Identifier: Apache-2.0
/**
 * Queues fills whose elements need no other element: by kernels of ours or by cuRAND. Small tensors
 * of a batch are joined into one launch here.
 */
package org.initium.cuda.fill;
