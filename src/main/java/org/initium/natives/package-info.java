/** Native libraries, unpacked where nobody else can put one. */
package org.initium.natives;
