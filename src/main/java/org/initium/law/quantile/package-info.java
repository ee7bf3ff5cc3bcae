// SPDX-License-Identifier: Apache-2.0
/**
 * Laws by their inverse distribution functions, and the tables of polynomials that kernels read. A
 * new law of that kind is a record in {@link org.initium.law.quantile.Quantile}.
 */
package org.initium.law.quantile;
