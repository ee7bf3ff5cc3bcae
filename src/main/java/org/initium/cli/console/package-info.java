// SPDX-License-Identifier: Apache-2.0
/**
 * How the command line reads and writes: sizes in bytes, progress, failures in one line, a standard
 * output that remembers what it could not write.
 */
package org.initium.cli.console;
