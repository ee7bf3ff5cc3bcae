// SPDX-License-Identifier: Apache-2.0
/** The generators: which random word a fill begins at, and the state of PyTorch's own. */
package org.initium.random;
