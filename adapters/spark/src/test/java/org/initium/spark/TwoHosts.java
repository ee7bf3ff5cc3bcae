// SPDX-License-Identifier: Apache-2.0
package org.initium.spark;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.worker.Worker;
import org.apache.spark.rpc.RpcEnv;
import scala.Option;

/**
 * Spark's own cluster manager, with two workers that call themselves two hosts: Spark makes a task
 * a second time only where it does not run already. Executors are processes.
 */
final class TwoHosts implements AutoCloseable {
  private static final String MASTER = "127.0.0.1";
  private static final int WORKER_MB = 512;

  private final List<RpcEnv> parts = new ArrayList<>();
  private final String url;

  /** Begins it; what executors say goes to the folder. */
  TwoHosts(Path folder) {
    SparkConf conf = new SparkConf(false).set("spark.master.rest.enabled", "false");
    RpcEnv master = Master.startRpcEnvAndEndpoint(MASTER, 0, 0, conf)._1();
    parts.add(master);
    url = "spark://" + master.address().hostPort();
    for (String host : List.of(MASTER, "127.0.0.2")) {
      parts.add(
          Worker.startRpcEnvAndEndpoint(
              host,
              0,
              0,
              1,
              WORKER_MB,
              new String[] {url},
              folder.toString(),
              Option.apply((Object) parts.size()),
              conf,
              Option.empty()));
    }
  }

  String url() {
    return url;
  }

  @Override
  public void close() {
    for (RpcEnv part : parts.reversed()) {
      part.shutdown();
      part.awaitTermination();
    }
  }
}
