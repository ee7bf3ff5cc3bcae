// SPDX-License-Identifier: Apache-2.0
/** Texts for people: the same in every locale, on one line, of a bearable length. */
package org.initium.text;
