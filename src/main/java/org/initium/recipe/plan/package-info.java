// SPDX-License-Identifier: Apache-2.0
/**
 * A model to be made: every tensor with its shape, dtype and content, and how shards share it.
 * Plans are values, which can be sent to other processes.
 */
package org.initium.recipe.plan;
