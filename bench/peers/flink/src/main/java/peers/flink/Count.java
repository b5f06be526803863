package peers.flink;
import org.apache.flink.api.common.functions.AggregateFunction;
final class Count<T> implements AggregateFunction<T, Long, Long> {
    @Override public Long createAccumulator() { return 0L; }
    @Override public Long add(T b, Long a) { return a + 1; }
    @Override public Long getResult(Long a) { return a; }
    @Override public Long merge(Long a, Long b) { return a + b; }
}
