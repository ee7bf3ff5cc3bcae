// SPDX-License-Identifier: Apache-2.0
/**
 * Functions of an element's index, and smooth functions of a uniform: values that are not drawn by
 * a law of their own.
 */
package org.initium.function;
