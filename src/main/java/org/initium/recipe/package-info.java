// SPDX-License-Identifier: Apache-2.0
/**
 * Reads recipes: the tensors that they list, their rules, and what each tensor comes to. The result
 * is a {@link org.initium.recipe.plan.Plan}, which knows no YAML.
 */
package org.initium.recipe;
