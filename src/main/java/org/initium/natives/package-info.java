// SPDX-License-Identifier: Apache-2.0
/** Native libraries, unpacked where nobody else can put one, and what of files is POSIX alone. */
package org.initium.natives;
