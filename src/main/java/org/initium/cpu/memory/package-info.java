// SPDX-License-Identifier: Apache-2.0
/**
 * The host's memory: blocks of our own, segments of someone else's, and how they are kept alive
 * while they are filled. Nothing here knows what a fill is.
 */
package org.initium.cpu.memory;
