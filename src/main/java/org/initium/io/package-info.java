// SPDX-License-Identifier: Apache-2.0
/**
 * Model files: the safetensors format, one file or a checkpoint of several under a Hugging Face
 * index, read by header and written in a stream under a temporary name.
 */
package org.initium.io;
