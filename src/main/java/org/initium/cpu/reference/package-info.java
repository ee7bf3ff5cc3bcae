// SPDX-License-Identifier: Apache-2.0
/** The CPU's kernels as plain Java. */
package org.initium.cpu.reference;
