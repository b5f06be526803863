package peers.hz;
import peers.*;
import com.hazelcast.function.*;
import com.hazelcast.jet.*;
import com.hazelcast.jet.aggregate.*;
import com.hazelcast.jet.config.*;
import com.hazelcast.jet.core.*;
import com.hazelcast.jet.datamodel.*;
import com.hazelcast.jet.pipeline.*;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import static com.hazelcast.jet.aggregate.AggregateOperations.*;
import static com.hazelcast.jet.pipeline.WindowDefinition.*;

/** The workloads as pipelines; lp = processors of each vertex on each member, parts = parts of the source in the whole cluster. */
final class Jobs {
    static final int PER_MS = 1000;

    static JobConfig config(Args a) {
        JobConfig c = new JobConfig().setName(a.workload + System.nanoTime());
        if (a.exactlyOnce()) c.setProcessingGuarantee(ProcessingGuarantee.EXACTLY_ONCE).setSnapshotIntervalMillis(1000);
        return c;
    }

    static StreamSource<Bid> bids(int events, int parts, int lp, int perMs, long t0) {
        Make make = (n, ts) -> Gen.bid(n, ts);
        return Sources.streamFromProcessorWithWatermarks("bids", true, policy -> {
            @SuppressWarnings("unchecked") EventTimePolicy<Object> p = (EventTimePolicy<Object>) (EventTimePolicy<?>) policy;
            return ProcessorMetaSupplier.of(lp, () -> new GenP(make, p, events, parts, perMs, t0));
        });
    }
    static <T> StreamSource<T> plain(Make make, int events, int parts, int lp) {
        return Sources.streamFromProcessor("events", ProcessorMetaSupplier.of(lp, () -> new GenP(make, null, events, parts, PER_MS, 0)));
    }
    static <T> Sink<T> fold(int lp, FoldP.Row row) { return Sinks.fromProcessor("fold", ProcessorMetaSupplier.of(lp, () -> new FoldP(row))); }

    /** Everything but the paced forms. */
    static Pipeline build(Args a, int lp) {
        int n = a.events, parts = a.parallelism;
        Pipeline p = Pipeline.create();
        switch (a.workload) {
            case "q1":
                p.readFrom(Jobs.<Bid>plain((i, ts) -> Gen.bid(i, ts), n, parts, lp)).withoutTimestamps()
                        .map(b -> new Bid(b.auction, b.bidder, b.price * 908 / 1000, b.ts)).setLocalParallelism(lp)
                        .writeTo(fold(lp, o -> Gen.rowQ1((Bid) o)));
                break;
            case "q5": q5(p, bids(n, parts, lp, PER_MS, 0), lp, 10_000, 100, false, null); break;
            case "q5_2s": q5(p, bids(n, parts, lp, PER_MS, 0), lp, 10_000, 2_000, false, null); break;
            case "rolling_sum":
                p.readFrom(Jobs.<Trade>plain((i, ts) -> Gen.trade(i), n, parts, lp)).withoutTimestamps()
                        .groupingKey(t -> t.key).rollingAggregate(summingLong(t -> t.price)).setLocalParallelism(lp)
                        .writeTo(fold(lp, o -> { Map.Entry<Integer, Long> e = (Map.Entry<Integer, Long>) o; return Gen.rowSum(e.getKey(), e.getValue()); }));
                break;
            case "word_count": {
                BatchSource<String> s = Sources.batchFromProcessor("lines",
                        ProcessorMetaSupplier.of(lp, () -> new GenP((i, ts) -> Gen.line(i), null, n / Gen.WORDS_PER_LINE, parts, PER_MS, 0)));
                words(p.readFrom(s), lp);
                break;
            }
            case "word_count_file":
                words(p.readFrom(Sources.filesBuilder(a.data + "/words").glob("lines.txt").charset(StandardCharsets.UTF_8).build()), lp);
                break;
            default: throw new IllegalArgumentException(a.workload);
        }
        return p;
    }

    static void words(BatchStage<String> lines, int lp) {
        lines.flatMap(l -> { Started.note(); return Traversers.traverseArray(l.split(" ")); }).setLocalParallelism(lp)
                .groupingKey(FunctionEx.identity()).aggregate(counting()).setLocalParallelism(lp)
                .writeTo(fold(lp, o -> { Map.Entry<String, Long> e = (Map.Entry<String, Long>) o; return Gen.rowWord(e.getKey(), e.getValue()); }));
    }

    static void q5(Pipeline p, StreamSource<Bid> source, int lp, long size, long slide, boolean clock, String file) {
        AggregateOperation1<KeyedWindowResult<Integer, Long>, Top, Top> top = AggregateOperation.withCreate(Top::new)
                .andAccumulate((Top t, KeyedWindowResult<Integer, Long> r) -> t.add(r.end(), r.getKey(), r.getValue()))
                .andCombine((x, y) -> { x.merge(y); }).andExportFinish(t -> t);
        p.readFrom(source).withNativeTimestamps(0)
                .groupingKey(b -> b.auction).window(sliding(size, slide)).aggregate(counting()).setLocalParallelism(lp)
                .window(tumbling(slide)).aggregate(top).setLocalParallelism(lp)
                .map(WindowResult::result).setLocalParallelism(1)
                .writeTo(Sinks.fromProcessor("top", ProcessorMetaSupplier.of(1, () -> new TopP(clock, file))));
    }
}
