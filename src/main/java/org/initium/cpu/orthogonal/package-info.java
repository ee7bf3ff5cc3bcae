// SPDX-License-Identifier: Apache-2.0
/** Orthogonal matrices on the CPU: a Gaussian matrix, its Householder reflectors, their product. */
package org.initium.cpu.orthogonal;
