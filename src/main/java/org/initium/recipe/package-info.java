/**
 * Recipes: a model's tensors and the rules that initialise them, from YAML to a {@link
 * org.initium.recipe.Plan}, and the plan's values, piece by piece.
 */
package org.initium.recipe;
