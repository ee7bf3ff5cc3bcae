// SPDX-License-Identifier: Apache-2.0
/**
 * Fills that are a kernel each, and the team of threads that shares their work items. The kernels
 * themselves are in {@code cpu.kernels}; {@code cpu.reference} does the same without them.
 */
package org.initium.cpu.fill;
