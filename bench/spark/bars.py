# SPDX-License-Identifier: Apache-2.0
"""Spark's bars: two executors over one, and what Spark costs beside the fill. Three minutes on two idle cores.

    mvn -f adapters -pl spark verify        # once: makes the jar, and lays Spark out
    python3 bench/spark/bars.py [--gigabytes 10] [--folder DIR]

SPARK_HOME is used where it is set. Needs room for the model in the folder (else a temporary one), once at a time. The
processor time is that of all processes, the driver and the executors, and of everything in them: JIT, garbage collection.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPARK = ROOT / "adapters" / "spark" / "target"
FILES = 40


def java():
    for home in [os.environ.get("JAVA_HOME", ""), *sorted(map(str, pathlib.Path("/usr/lib/jvm").glob("*")))]:
        release = pathlib.Path(home, "release")
        if home and release.exists() and any(f'JAVA_VERSION="{v}' in release.read_text() for v in range(25, 40)):
            return str(pathlib.Path(home, "bin", "java"))
    sys.exit("bars: no JDK 25 in JAVA_HOME or /usr/lib/jvm")


def measured(command, env=None):
    """The clock and the processor time, in seconds, of a command and all that it starts and waits for."""
    begun = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        sys.exit(f"bars: {' '.join(map(str, command))}\n{said}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime


class Bars:
    def __init__(self, folder, gigabytes):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="initium-bars-", dir=folder))
        self.bytes = gigabytes * 1_000_000_000
        self.model = self.recipe("model", self.bytes // FILES // 4)
        self.tiny = self.recipe("tiny", 1)
        self.java = java()
        self.home = pathlib.Path(os.environ.get("SPARK_HOME", SPARK / "spark"))
        jars = list(SPARK.glob("initium-spark-*-all.jar"))
        if len(jars) != 1 or not (self.home / "jars").is_dir():
            sys.exit("bars: first: mvn -f adapters -pl spark verify")
        self.jar = jars[0]
        options = [self.java, "-cp", f"{self.home}/jars/*", ROOT / "bench" / "spark" / "ModuleOptions.java"]
        self.options = subprocess.check_output(list(map(str, options)), text=True).split()

    def recipe(self, name, elements):
        path = self.folder / f"{name}.yaml"
        path.write_text(
            f'tensors: {{"w{{0..{FILES - 1}}}": [{elements}]}}\nrules: [{{match: "*", init: normal(std=0.02)}}]\n'
        )
        return path, 4 * elements

    def clear(self):
        shutil.rmtree(self.folder / "out", ignore_errors=True)
        (self.folder / "out").mkdir()
        return self.folder / "out"

    def one_process(self):
        recipe, size = self.model
        command = [ROOT / "initium", "init", recipe, "--out", self.clear(), "--part", "0/1", "--max-shard-size", str(size)]
        return measured(command)

    def spark(self, executors, what):
        recipe, size = what
        env = {**os.environ, "SPARK_HOME": str(self.home), "SPARK_SCALA_VERSION": "2.13", "SPARK_LOCAL_IP": "127.0.0.1"}
        command = [self.java, *self.options, "-Xmx512m", "-cp", f"{self.home}/jars/*", "org.apache.spark.deploy.SparkSubmit"]
        command += ["--master", f"local-cluster[{executors},1,1024]", "--conf", "spark.executor.memory=1g"]
        command += ["--conf", f"spark.local.dir={self.folder}", self.jar]
        command += [recipe, "--out", f"file://{self.clear()}", "--max-shard-size", str(size)]
        return measured(command, env)

    def run(self):
        try:
            self.one_process()  # which may build, and fills what caches there are
            alone = self.one_process()
            two = self.spark(2, self.model)
            one = self.spark(1, self.model)
            two_tiny = self.spark(2, self.tiny)
            one_tiny = self.spark(1, self.tiny)
        finally:
            shutil.rmtree(self.folder)
        print(f"{self.bytes / 1e9:.0f} GB of f32 normals in {FILES} files, seconds by the clock and of the processors:")
        rows = [("one process", alone), ("two executors", two), ("one executor", one)]
        rows += [("two executors, 160 bytes", two_tiny), ("one executor, 160 bytes", one_tiny)]
        for name, (clock, cpu) in rows:
            print(f"  {name:25} {clock:6.1f} {cpu:6.1f}")
        fills = [one[1] - one_tiny[1], two[1] - two_tiny[1]]
        if min(fills) < 3:
            print("two executors over one: the fill took too little beside the starts; more gigabytes, or an idle machine")
        else:
            ratio = 2 * fills[0] / fills[1]
            print(f"two executors over one, by processor time of the fill: {ratio:.2f} (must be 1.9 or more)")
        print(f"Spark's overhead by the clock: {two[0] - alone[0]:.1f} s (must be under 15; of an idle machine)")
        print(f"Spark's overhead by processor time of two cores: {(two[1] - alone[1]) / 2:.1f} s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=int, default=10)
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    Bars(arguments.folder, arguments.gigabytes).run()
