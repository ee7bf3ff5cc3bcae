// SPDX-License-Identifier: Apache-2.0
/**
 * What the numbers are: constants, rounded parameters, tables, and the scalar reference of every
 * random element. Each backend computes these functions to the bit.
 *
 * <p>Only operations that IEEE 754 rounds correctly are used on the way to an element: {@code + - *
 * /}, fused multiply-add where {@code Math.fma} is written and nowhere else, square root, and
 * conversions, all to nearest even, with subnormals kept. Every method says in its documentation
 * which operations it makes, in their order; a kernel in another language repeats them.
 */
package org.initium.law;
