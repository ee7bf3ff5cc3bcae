// SPDX-License-Identifier: Apache-2.0
/**
 * The CPU backend: what it takes of options, streams and fills, and to which room each fill goes.
 * Memory, kernels and matrices have rooms of their own below it.
 */
package org.initium.cpu;
