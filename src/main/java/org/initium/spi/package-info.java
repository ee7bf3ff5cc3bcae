// SPDX-License-Identifier: Apache-2.0
/**
 * What backends compute with and users need not know: where the elements of a tensor lie, and how
 * many random words a fill takes.
 */
package org.initium.spi;
