// SPDX-License-Identifier: Apache-2.0
/** Native libraries, unpacked where nobody else can put one. */
package org.initium.natives;
