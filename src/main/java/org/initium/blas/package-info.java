// SPDX-License-Identifier: Apache-2.0
/** OpenBLAS, found and loaded, and matrices in memory that it computes with. */
package org.initium.blas;
