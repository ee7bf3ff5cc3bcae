// SPDX-License-Identifier: Apache-2.0
/**
 * Checkpoints that are written: files that have their names when they are whole, in a local folder,
 * a stream or a cluster's file system. Headers and reading are in {@code io}.
 */
package org.initium.io.output;
