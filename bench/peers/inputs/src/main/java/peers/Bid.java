package peers;
public final class Bid implements java.io.Serializable {
    public int auction, bidder, price; public long ts;
    public Bid() { }
    public Bid(int auction, int bidder, int price, long ts) { this.auction = auction; this.bidder = bidder; this.price = price; this.ts = ts; }
}
