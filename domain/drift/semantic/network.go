package semantic

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// canonicalCIDR takes a block, or a single address for the block of it alone, to its network in the
// shortest spelling. An IPv4 address mapped into IPv6 is the IPv4 one.
func canonicalCIDR(text string) (string, bool) {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789abcdefABCDEF:./") != "" || !strings.ContainsAny(text, ".:") {
		return "", false
	}
	if !strings.Contains(text, "/") {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return "", false
		}
		address = address.Unmap()
		return netip.PrefixFrom(address, address.BitLen()).String(), true
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return "", false
	}
	if address := prefix.Addr(); address.Is4In6() && prefix.Bits() >= 96 {
		prefix = netip.PrefixFrom(address.Unmap(), prefix.Bits()-96)
	}
	return prefix.Masked().String(), true
}

func canonicalIP(text string) (string, bool) {
	address, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil {
		return "", false
	}
	return address.Unmap().String(), true
}

// canonicalHost folds the case of a host name, drops the dot that ends it, and writes the asterisk
// that DNS escapes as \052.
func canonicalHost(text string) (string, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), `\052`, "*")
	return strings.ToLower(strings.TrimSpace(strings.TrimSuffix(text, "."))), true
}

// canonicalAlias also drops the dualstack. that consoles put before the name of a load balancer.
func canonicalAlias(text string) (string, bool) {
	host, _ := canonicalHost(text)
	return strings.TrimPrefix(host, "dualstack."), true
}

// protocols are IANA's numbers of the protocols that firewall rules name; -1 is all of them.
var protocols = map[string]string{
	"all": "-1", "any": "-1", "*": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58", "esp": "50", "ah": "51", "sctp": "132",
}

// protocol takes the name of an IP protocol to its number.
func protocol(value document.Value) (document.Value, bool) {
	if !value.IsScalar() {
		return value, false
	}
	name := strings.ToLower(value.Text())
	if number, known := protocols[name]; known {
		name = number
	}
	return document.TextValue(name), true
}

// canonicalURL folds the case of scheme and host, and drops the scheme's own port and a final slash.
func canonicalURL(text string) (string, bool) {
	parsed, err := url.Parse(strings.TrimSpace(text))
	if err != nil || parsed.Host == "" {
		return "", false
	}
	parsed.Scheme, parsed.Host = strings.ToLower(parsed.Scheme), strings.ToLower(parsed.Host)
	if port := parsed.Port(); (parsed.Scheme == "https" && port == "443") || (parsed.Scheme == "http" && port == "80") {
		parsed.Host = strings.TrimSuffix(parsed.Host, ":"+port)
	}
	parsed.Path = strings.TrimSuffix(parsed.Path, "/")
	parsed.RawPath = ""
	return parsed.String(), true
}
