// SPDX-License-Identifier: Apache-2.0
/**
 * Makes the values of a plan in chunks, and writes them to files or compares them with files.
 * Pieces of a model can be made by several processes.
 */
package org.initium.recipe.model;
