package peers.flink;
import peers.*;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.*;
import org.apache.flink.api.common.functions.*;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.state.*;
import org.apache.flink.api.common.typeinfo.*;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.java.tuple.*;
import org.apache.flink.configuration.*;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.reader.TextLineInputFormat;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.*;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.*;
import org.apache.flink.streaming.api.windowing.assigners.*;
import org.apache.flink.streaming.api.windowing.windows.*;
import org.apache.flink.util.Collector;
import java.nio.file.Files;
import java.time.Duration;
import java.util.*;

/** One MiniCluster in this JVM. */
public final class Main {
    static final String NAME = "flink", VERSION = "2.3.0";

    public static void main(String[] argv) throws Exception {
        Args a = new Args(argv);
        switch (a.workload) {
            case "startup": {
                StreamExecutionEnvironment env = env(a);
                env.fromSource(source((i, ts) -> Gen.bid(i, ts), Bid.class, 1, 1, false), WatermarkStrategy.noWatermarks(), "s", TypeInformation.of(Bid.class)).setParallelism(1)
                        .sinkTo(new FoldSink<Bid>(b -> { Probe.done(0, 0); return 0; })).setParallelism(1);
                env.execute();
                long t0 = Long.parseLong(System.getProperty("t0"));
                System.out.println("@" + String.format(Locale.ROOT, "{\"engine\":\"%s\",\"version\":\"%s\",\"workload\":\"startup\",\"first_result_ms\":%.0f,\"cpu_s\":%.2f,\"rss_mb\":%d,\"java\":\"%s\"}",
                        NAME, VERSION, Probe.values()[1] / 1000.0 - t0, ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1e3, Probe.status("VmRSS") / 1024, System.getProperty("java.version")));
                break;
            }
            case "latency_q5_panes": {
                long t0 = System.currentTimeMillis() / 1000 * 1000 + 5000;
                StreamExecutionEnvironment env = env(a);
                env.setBufferTimeout(1);
                DataStream<Bid> s = env.fromSource(new GenSource<Bid>((i, ts) -> Gen.bid(i, ts), a.events, a.parallelism, Args.LAT_RATE, t0, true, Boundedness.BOUNDED),
                        bySlide(Args.LAT_SLIDE), "bids", TypeInformation.of(Bid.class));
                q5(s, Args.LAT_SIZE, Args.LAT_SLIDE, true, true);
                env.execute();
                Probe.printLatency(NAME, VERSION, a, t0, Args.LAT_SKIP_MS, t0 + a.events / Args.LAT_RATE - Args.LAT_SLIDE);
                break;
            }
            default:
                if (a.workload.startsWith("word")) Gen.pool();
                for (int run = 0; run <= a.warmups; run++) {
                    System.gc(); Thread.sleep(300);
                    clear(a.data + "/out"); Probe.reset(); started = false;
                    StreamExecutionEnvironment env = env(a);
                    build(env, a);
                    env.execute();
                    if (run < a.warmups) System.err.printf("warm-up %.2f s, %.2f cpu-s%n", Probe.wallS(), Probe.cpuS());
                }
                Probe.print(NAME, VERSION, a, 0);
        }
        Runtime.getRuntime().halt(0);
    }

    static StreamExecutionEnvironment env(Args a) {
        Configuration c = new Configuration();
        c.set(PipelineOptions.OBJECT_REUSE, true);
        c.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        c.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(128));
        c.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(128));
        c.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        c.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, new java.io.File(a.data, "checkpoints").getAbsoluteFile().toURI().toString());
        StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(a.parallelism, c);
        if (a.exactlyOnce()) env.enableCheckpointing(1000, CheckpointingMode.EXACTLY_ONCE);
        return env;
    }
    static <T> GenSource<T> source(GenSource.Make<T> m, Class<T> t, int events, int parts, boolean stamped) {
        return new GenSource<>(m, events, parts, 1000, 0, stamped, Boundedness.BOUNDED);
    }
    static WatermarkStrategy<Bid> bySlide(long slide) {
        return WatermarkStrategy.<Bid>forGenerator(x -> new WatermarkGenerator<Bid>() {
            long last = Long.MIN_VALUE;
            @Override public void onEvent(Bid b, long ts, WatermarkOutput out) { long w = ts / slide * slide; if (w > last) { last = w; out.emitWatermark(new Watermark(w - 1)); } }
            @Override public void onPeriodicEmit(WatermarkOutput out) { }
        });
    }

    static void build(StreamExecutionEnvironment env, Args a) {
        int n = a.events, parts = a.parallelism;
        switch (a.workload) {
            case "q1":
                plainBids(env, n, parts).map(b -> new Bid(b.auction, b.bidder, b.price * 908 / 1000, b.ts)).returns(Bid.class).sinkTo(new FoldSink<Bid>(Gen::rowQ1));
                break;
            case "q5": q5(bids(env, n, parts), 10_000, 100, false, false); break;
            case "q5_2s": q5(bids(env, n, parts), 10_000, 2_000, false, false); break;
            case "q5_panes": q5(bids(env, n, parts), 10_000, 100, true, false); break;
            case "q5_2s_panes": q5(bids(env, n, parts), 10_000, 2_000, true, false); break;
            case "rolling_sum":
                env.fromSource(source((i, ts) -> Gen.trade(i), Trade.class, n, parts, false), WatermarkStrategy.noWatermarks(), "trades", TypeInformation.of(Trade.class))
                        .keyBy(t -> t.key).process(new RollingSum()).sinkTo(new FoldSink<Tuple2<Integer, Long>>(t -> Gen.rowSum(t.f0, t.f1)));
                break;
            case "word_count":
                words(env, env.fromSource(source((i, ts) -> Gen.line(i), String.class, n / Gen.WORDS_PER_LINE, parts, false), WatermarkStrategy.noWatermarks(), "lines", Types.STRING));
                break;
            case "word_count_file":
                words(env, env.fromSource(FileSource.forRecordStreamFormat(new TextLineInputFormat(), new Path(a.data + "/words/lines.txt")).build(), WatermarkStrategy.noWatermarks(), "file"));
                break;
            default: throw new IllegalArgumentException(a.workload);
        }
    }
    static DataStream<Bid> plainBids(StreamExecutionEnvironment env, int n, int parts) {
        return env.fromSource(source((i, ts) -> Gen.bid(i, ts), Bid.class, n, parts, false), WatermarkStrategy.noWatermarks(), "bids", TypeInformation.of(Bid.class));
    }
    static DataStream<Bid> bids(StreamExecutionEnvironment env, int n, int parts) {
        return env.fromSource(source((i, ts) -> Gen.bid(i, ts), Bid.class, n, parts, true), WatermarkStrategy.forMonotonousTimestamps(), "bids", TypeInformation.of(Bid.class));
    }
    static final class RollingSum extends KeyedProcessFunction<Integer, Trade, Tuple2<Integer, Long>> {
        private transient ValueState<Long> sum;
        @Override public void open(OpenContext c) { sum = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class)); }
        @Override public void processElement(Trade t, Context c, Collector<Tuple2<Integer, Long>> out) throws Exception {
            Long s = sum.value(); s = s == null ? t.price : s + t.price; sum.update(s); out.collect(Tuple2.of(t.key, s));
        }
    }
    /** state (default): streaming mode, hash state and a timer at the end of input; window: a global window that fires at the end; batch: batch mode (sorts). */
    static final String WORDS = System.getProperty("peers.words", "state");
    static final class WordState extends KeyedProcessFunction<String, Tuple2<String, Long>, Tuple2<String, Long>> {
        private transient ValueState<Long> count;
        @Override public void open(OpenContext c) { count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Long.class)); }
        @Override public void processElement(Tuple2<String, Long> t, Context c, Collector<Tuple2<String, Long>> out) throws Exception {
            Long n = count.value();
            if (n == null) c.timerService().registerEventTimeTimer(Long.MAX_VALUE);
            count.update(n == null ? t.f1 : n + t.f1);
        }
        @Override public void onTimer(long ts, OnTimerContext c, Collector<Tuple2<String, Long>> out) throws Exception { out.collect(Tuple2.of(c.getCurrentKey(), count.value())); }
    }
    static void words(StreamExecutionEnvironment env, DataStream<String> lines) {
        KeyedStream<Tuple2<String, Long>, String> k = lines.flatMap((String l, Collector<Tuple2<String, Long>> out) -> { note(); for (String w : l.split(" ")) out.collect(Tuple2.of(w, 1L)); })
                .returns(Types.TUPLE(Types.STRING, Types.LONG)).keyBy(t -> t.f0);
        DataStream<Tuple2<String, Long>> r;
        if (WORDS.equals("state")) {
            r = k.process(new WordState());
        } else if (WORDS.equals("window")) {
            r = k.window(GlobalWindows.createWithEndOfStreamTrigger()).reduce((x, y) -> Tuple2.of(x.f0, x.f1 + y.f1));
        } else { env.setRuntimeMode(RuntimeExecutionMode.BATCH); r = k.sum(1); }
        r.sinkTo(new FoldSink<Tuple2<String, Long>>(t -> Gen.rowWord(t.f0, t.f1)));
    }

    static void q5(DataStream<Bid> bids, long size, long slide, boolean panes, boolean clock) {
        DataStream<Win> counts = panes
                ? bids.keyBy(b -> b.auction).process(new Panes(size, slide))
                : bids.keyBy(b -> b.auction).window(SlidingEventTimeWindows.of(Duration.ofMillis(size), Duration.ofMillis(slide)))
                .aggregate(new Count<>(), new ProcessWindowFunction<Long, Win, Integer, TimeWindow>() {
                    @Override public void process(Integer k, Context c, Iterable<Long> i, Collector<Win> out) { out.collect(new Win(c.window().getEnd(), k, i.iterator().next())); }
                });
        counts.windowAll(TumblingEventTimeWindows.of(Duration.ofMillis(slide))).aggregate(new AggregateFunction<Win, Top, Top>() {
            @Override public Top createAccumulator() { return new Top(); }
            @Override public Top add(Win w, Top t) { t.add(w.end, w.key, w.count); return t; }
            @Override public Top getResult(Top t) { return t; }
            @Override public Top merge(Top x, Top y) { return x.merge(y); }
        }).sinkTo(new TopSink(clock)).setParallelism(1);
    }

    private static volatile boolean started;
    static void note() { if (!started) { started = true; Probe.first(); } }
    static void clear(String dir) throws Exception {
        var d = java.nio.file.Path.of(dir);
        if (Files.exists(d)) try (var s = Files.walk(d)) { s.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete()); }
    }
}
