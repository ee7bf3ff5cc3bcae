// SPDX-License-Identifier: Apache-2.0
/** The CPU's fills in plain Java. */
package org.initium.cpu.reference;
