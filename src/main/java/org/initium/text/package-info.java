// SPDX-License-Identifier: Apache-2.0
/**
 * Texts for people: the same in every locale, on one line, of a bearable length; and what is said
 * of an argument that is not allowed.
 */
package org.initium.text;
