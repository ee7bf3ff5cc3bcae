// SPDX-License-Identifier: Apache-2.0
/**
 * The little language of arguments: tokens, arithmetic, and what to say of a word that is not
 * known. It knows nothing of tensors.
 */
package org.initium.expression;
