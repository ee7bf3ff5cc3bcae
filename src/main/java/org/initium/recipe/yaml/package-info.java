// SPDX-License-Identifier: Apache-2.0
/**
 * A recipe's text: YAML whose nodes know their lines and columns, variables, and names of many
 * tensors in one. Each fault is told with its place.
 */
package org.initium.recipe.yaml;
