// SPDX-License-Identifier: Apache-2.0
/** The CPU's kernels as native code: kernels/*.cuh compiled by clang. */
package org.initium.cpu.kernels;
