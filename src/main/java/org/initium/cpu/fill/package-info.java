// SPDX-License-Identifier: Apache-2.0
/**
 * Fills that are a kernel each, the same in plain Java, and the team of threads that shares their
 * work items. The kernels themselves are in {@code cpu.kernels}.
 */
package org.initium.cpu.fill;
