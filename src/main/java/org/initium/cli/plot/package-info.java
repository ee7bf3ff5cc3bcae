// SPDX-License-Identifier: Apache-2.0
/**
 * What {@code inspect} shows of a checkpoint: statistics of its tensors, and histograms in a
 * picture. XChart is used here alone.
 */
package org.initium.cli.plot;
