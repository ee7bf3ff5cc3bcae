// SPDX-License-Identifier: Apache-2.0
/**
 * The initializers by their names: {@link org.initium.initializer.Init} is what a user holds, the
 * {@link org.initium.initializer.Catalog} has a row for each, the formulas make a fill of a shape.
 */
package org.initium.initializer;
