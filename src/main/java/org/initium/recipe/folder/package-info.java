// SPDX-License-Identifier: Apache-2.0
/**
 * Files of one model that several runs made in one folder, and what their metadata say of the run.
 * What is missing, or of another run, is told here.
 */
package org.initium.recipe.folder;
