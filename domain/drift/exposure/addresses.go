package exposure

import (
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// span is an unbroken range of addresses of one family, both ends included.
type span struct{ from, to netip.Addr }

// Addresses is a set of IPv4 and IPv6 addresses: disjoint spans in ascending order, IPv4 first, no
// two of them adjacent. The zero value is empty.
type Addresses []span

var (
	allIPv4 = span{netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("255.255.255.255")}
	allIPv6 = span{netip.MustParseAddr("::"), netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}
	// everywhere is every address of both families.
	everywhere = Addresses{allIPv4, allIPv6}
)

// ParseAddresses reads one address, prefix or range in any usual spelling: 10.0.0.1, 10.0.0.7/8 (host
// bits are dropped, as providers do), 0/0, 0.0.0.0/0.0.0.0, ::ffff:0:0/96 (an IPv4 prefix),
// 10.0.0.1-10.0.0.9, and the words *, any, all, internet and anywhere. It reports false for what names
// no addresses, such as a group or a prefix list.
func ParseAddresses(text string) (Addresses, bool) {
	text = strings.TrimSpace(text)
	switch strings.ToLower(text) {
	case "*", "any", "all", "internet", "anywhere":
		return everywhere, true
	case "":
		return nil, false
	}
	if text[0] > '9' && text[0] != '[' && !strings.Contains(text, ":") {
		return nil, false
	}
	if base, length, found := strings.Cut(text, "/"); found {
		return parsePrefix(base, length)
	}
	if first, last, found := strings.Cut(text, "-"); found {
		return parseRange(first, last)
	}
	address, err := parseAddress(text)
	if err != nil {
		return nil, false
	}
	return Addresses{{address, address}}, true
}

func parseAddress(text string) (netip.Addr, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(text), "["), "]")
	address, err := netip.ParseAddr(text)
	return address.WithZone("").Unmap(), err
}

func parseRange(first, last string) (Addresses, bool) {
	from, err := parseAddress(first)
	if err != nil {
		return nil, false
	}
	to, err := parseAddress(last)
	if err != nil || from.Is4() != to.Is4() || to.Less(from) {
		return nil, false
	}
	return Addresses{{from, to}}, true
}

func parsePrefix(base, length string) (Addresses, bool) {
	base = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(base), "["), "]")
	address, err := netip.ParseAddr(base)
	if err != nil {
		if address, err = shortIPv4(base); err != nil {
			return nil, false
		}
	}
	bits, known := prefixLength(strings.TrimSpace(length))
	if !known || bits > address.BitLen() {
		return nil, false
	}
	address = address.WithZone("")
	if address.Is4In6() && bits >= 96 {
		address, bits = address.Unmap(), bits-96
	}
	prefix, err := address.Prefix(bits)
	if err != nil {
		return nil, false
	}
	return Addresses{{prefix.Addr(), lastOf(prefix)}}, true
}

// shortIPv4 reads an IPv4 base with trailing zero octets left out, as in 0/0 and 10.1/16, or with more
// zeros than one in an octet.
func shortIPv4(base string) (netip.Addr, error) {
	octets := strings.Split(base, ".")
	for i, octet := range octets {
		if octet != "" && strings.Trim(octet, "0") == "" {
			octets[i] = "0"
		}
	}
	base = strings.Join(octets, ".")
	return netip.ParseAddr(base + strings.Repeat(".0", max(0, 3-strings.Count(base, "."))))
}

// prefixLength reads a length or a contiguous IPv4 netmask.
func prefixLength(text string) (bits int, known bool) {
	if bits, err := strconv.Atoi(text); err == nil {
		return bits, bits >= 0
	}
	mask, err := netip.ParseAddr(text)
	if err != nil || !mask.Is4() {
		return 0, false
	}
	for _, octet := range mask.As4() {
		for bit := 7; bit >= 0; bit-- {
			if octet&(1<<bit) != 0 {
				if !known && bits >= 0 {
					bits++
					continue
				}
				return 0, false
			}
			known = true
		}
	}
	return bits, true
}

func lastOf(prefix netip.Prefix) netip.Addr {
	bytes := prefix.Addr().AsSlice()
	for bit := prefix.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	last, _ := netip.AddrFromSlice(bytes)
	return last
}

// Union returns the addresses of either set.
func (a Addresses) Union(b Addresses) Addresses {
	if len(a) == 0 {
		return b
	}
	if len(b) == 0 {
		return a
	}
	spans := slices.Concat(a, b)
	slices.SortFunc(spans, func(x, y span) int { return x.from.Compare(y.from) })
	merged := spans[:1]
	for _, next := range spans[1:] {
		last := &merged[len(merged)-1]
		switch after := last.to.Next(); {
		case next.from.Compare(last.to) <= 0 || next.from == after:
			if last.to.Less(next.to) {
				last.to = next.to
			}
		default:
			merged = append(merged, next)
		}
	}
	return merged
}

// Minus returns the addresses of a that are not in b.
func (a Addresses) Minus(b Addresses) Addresses {
	var left Addresses
	for _, piece := range a {
		emptied := false
		for _, cut := range b {
			if cut.to.Less(piece.from) {
				continue
			}
			if piece.to.Less(cut.from) {
				break
			}
			if piece.from.Less(cut.from) {
				left = append(left, span{piece.from, cut.from.Prev()})
			}
			if !cut.to.Less(piece.to) {
				emptied = true
				break
			}
			piece.from = cut.to.Next()
		}
		if !emptied {
			left = append(left, piece)
		}
	}
	return left
}

// Contains reports whether every address of b is in a.
func (a Addresses) Contains(b Addresses) bool { return len(b.Minus(a)) == 0 }

// Intersect returns the addresses that are in both.
func (a Addresses) Intersect(b Addresses) Addresses { return a.Minus(a.Minus(b)) }

// size is the number of addresses; beyond 2^53 it is rounded, which the shares it is used for bear.
func (a Addresses) size() float64 {
	total := 0.0
	for _, piece := range a {
		total += magnitude(piece.to) - magnitude(piece.from) + 1
	}
	return total
}

func magnitude(address netip.Addr) float64 {
	value := 0.0
	for _, octet := range address.AsSlice() {
		value = value*256 + float64(octet)
	}
	return value
}

// String lists the fewest prefixes that make up the set, with commas between them.
func (a Addresses) String() string {
	var parts []string
	for _, piece := range a {
		parts = appendPrefixes(parts, piece)
		if len(parts) > 8 {
			return strings.Join(parts[:8], ", ") + ", …"
		}
	}
	return strings.Join(parts, ", ")
}

func appendPrefixes(parts []string, piece span) []string {
	for from := piece.from; len(parts) <= 8; {
		prefix := netip.PrefixFrom(from, from.BitLen())
		for prefix.Bits() > 0 {
			wider, _ := from.Prefix(prefix.Bits() - 1)
			if wider.Addr() != from || piece.to.Less(lastOf(wider)) {
				break
			}
			prefix = wider
		}
		parts = append(parts, prefix.String())
		last := lastOf(prefix)
		if !last.Less(piece.to) {
			return parts
		}
		from = last.Next()
	}
	return parts
}

// worldShare is the part of a family's public addresses beyond which a set counts as the world, so
// that leaving out a country or a reserved block hides nothing.
const worldShare = 0.75

var (
	// publicIPv4 is what is routed on the internet: everything but the special-purpose blocks that
	// IANA's registry marks as not globally reachable, and multicast.
	publicIPv4 = Addresses{allIPv4}.Minus(mustUnion(
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"))
	// publicIPv6 is global unicast, the only block that IANA has opened for allocation.
	publicIPv6 = mustUnion("2000::/3")

	sizeIPv4, sizeIPv6 = publicIPv4.size(), publicIPv6.size()
)

func mustUnion(prefixes ...string) Addresses {
	var set Addresses
	for _, prefix := range prefixes {
		addresses, known := ParseAddresses(prefix)
		if !known {
			panic("exposure: no prefix: " + prefix)
		}
		set = set.Union(addresses)
	}
	return set
}

// World reports for either family whether the set reaches it as a whole: at least three quarters of
// its publicly routed addresses.
func (a Addresses) World() (ipv4, ipv6 bool) {
	if len(a) == 0 {
		return false, false
	}
	ipv4 = a[0].from.Is4() && share(a, publicIPv4, sizeIPv4) >= worldShare
	ipv6 = !a[len(a)-1].from.Is4() && share(a, publicIPv6, sizeIPv6) >= worldShare
	return ipv4, ipv6
}

func share(a, public Addresses, size float64) float64 {
	return math.Min(1, a.Intersect(public).size()/size)
}
