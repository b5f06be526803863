package peers;
public final class Trade implements java.io.Serializable {
    public int key, price;
    public Trade() { }
    public Trade(int key, int price) { this.key = key; this.price = price; }
}
