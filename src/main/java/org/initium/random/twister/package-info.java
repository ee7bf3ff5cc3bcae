// SPDX-License-Identifier: Apache-2.0
/** The engine of PyTorch's generator of the CPU: its words, its state, and where copies meet. */
package org.initium.random.twister;
