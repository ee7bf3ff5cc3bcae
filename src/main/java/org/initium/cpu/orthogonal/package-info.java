// SPDX-License-Identifier: Apache-2.0
/**
 * Orthogonal matrices on the CPU: a Gaussian matrix, its Householder reflectors by BLAS, and their
 * product. OpenBLAS is loaded here.
 */
package org.initium.cpu.orthogonal;
