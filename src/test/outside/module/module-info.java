// SPDX-License-Identifier: Apache-2.0
/** The same program as a module. */
module app {
  requires org.initium;
}
