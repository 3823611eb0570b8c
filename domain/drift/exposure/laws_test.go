package exposure_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/exposure"
)

// few is a space of 32 addresses, small enough to go through one by one: 192.0.2.0/28, in IPv4 and
// mapped into IPv6, and as many of IPv6.
func few() []netip.Addr {
	var addresses []netip.Addr
	for last := range 16 {
		addresses = append(addresses, netip.AddrFrom4([4]byte{192, 0, 2, byte(last)}), netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", last)))
	}
	return addresses
}

// prefix draws a prefix of the small space in one of its spellings.
func prefix(t *rapid.T) string {
	host, length := rapid.IntRange(0, 15).Draw(t, "host"), rapid.IntRange(28, 32).Draw(t, "length")
	switch rapid.IntRange(0, 3).Draw(t, "spelling") {
	case 0:
		return fmt.Sprintf("192.0.2.%d/%d", host, length)
	case 1:
		return fmt.Sprintf("::ffff:192.0.2.%d/%d", host, length+96)
	case 2:
		return fmt.Sprintf("2001:db8::%x/%d", host, length+96)
	default:
		return fmt.Sprintf("192.0.2.%d-192.0.2.%d", host, rapid.IntRange(host, 15).Draw(t, "last"))
	}
}

func prefixes(t *rapid.T, label string) (exposure.Addresses, map[netip.Addr]bool) {
	var set exposure.Addresses
	members := map[netip.Addr]bool{}
	for _, text := range rapid.SliceOfN(rapid.Custom(prefix), 0, 6).Draw(t, label) {
		read, known := exposure.ParseAddresses(text)
		require.True(t, known, text)
		set = set.Union(read)
		for _, address := range few() {
			if inText(text, address) {
				members[address] = true
			}
		}
	}
	return set, members
}

// inText reads a spelling with the standard library alone.
func inText(text string, address netip.Addr) bool {
	if first, last, isRange := strings.Cut(text, "-"); isRange {
		from, to := netip.MustParseAddr(first), netip.MustParseAddr(last)
		return address.Is4() && !address.Less(from) && !to.Less(address)
	}
	parsed := netip.MustParsePrefix(text)
	if parsed.Addr().Is4In6() {
		parsed = netip.PrefixFrom(parsed.Addr().Unmap(), parsed.Bits()-96)
	}
	return parsed.Masked().Contains(address)
}

func has(set exposure.Addresses, address netip.Addr) bool {
	one, _ := exposure.ParseAddresses(address.String())
	return set.Contains(one)
}

func TestSetsOfAddressesAgreeWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, inA := prefixes(t, "a")
		b, inB := prefixes(t, "b")
		union, difference, both := a.Union(b), a.Minus(b), a.Intersect(b)
		contains := true
		for _, address := range few() {
			assert.Equal(t, inA[address], has(a, address), "%s in a", address)
			assert.Equal(t, inA[address] || inB[address], has(union, address), "%s in the union", address)
			assert.Equal(t, inA[address] && !inB[address], has(difference, address), "%s in the difference", address)
			assert.Equal(t, inA[address] && inB[address], has(both, address), "%s in both", address)
			contains = contains && (inA[address] || !inB[address])
		}
		assert.Equal(t, contains, a.Contains(b))
		assert.Equal(t, a.Union(b).String(), b.Union(a).String())
		reread := exposure.Addresses{}
		for part := range strings.SplitSeq(union.String(), ", ") {
			if read, known := exposure.ParseAddresses(part); known {
				reread = reread.Union(read)
			}
		}
		if !strings.Contains(union.String(), "…") {
			assert.Equal(t, union.String(), reread.String(), "the text names exactly the set")
		}
	})
}

// smallRule is a rule over a handful of services and audiences, and the pairs that it decides.
type smallRule struct {
	Deny     bool
	Priority int
	Protocol string
	From, To int
	Sources  []string
}

var (
	smallProtocols = map[string][]int{"tcp": {6}, "udp": {17}, "-1": {6, 17, 50, 51}, "esp": {50}}
	smallSources   = map[string]string{"10.0.0.0/9": "a", "10.128.0.0/9": "b", "10.0.0.0/8": "ab", "fd00::/8": "c"}
)

func (r smallRule) json() string {
	action := "allow"
	if r.Deny {
		action = "deny"
	}
	return fmt.Sprintf(`{"action":%q,"rule_number":%d,"protocol":%q,"from_port":%d,"to_port":%d,"cidrs":["%s"]}`,
		action, r.Priority, r.Protocol, r.From, r.To, strings.Join(r.Sources, `","`))
}

func drawRules(t *rapid.T, label string, ordered bool) []smallRule {
	rules := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) smallRule {
		from := rapid.IntRange(1, 4).Draw(t, "from")
		return smallRule{
			Deny: ordered && rapid.Bool().Draw(t, "deny"), Protocol: rapid.SampledFrom([]string{"tcp", "udp", "-1", "esp"}).Draw(t, "protocol"),
			From: from, To: rapid.IntRange(from, 5).Draw(t, "to"),
			Sources: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"10.0.0.0/9", "10.128.0.0/9", "10.0.0.0/8", "fd00::/8"}), 1, 3, rapid.ID).Draw(t, "sources"),
		}
	}), 0, 5).Draw(t, label)
	for i := range rules {
		rules[i].Priority = 100
		if ordered {
			rules[i].Priority += i
		}
	}
	return rules
}

// allowed decides each of the few services for each of the few audiences, rule by rule. Protocol 51 and port
// 6 stand for all that only a rule for every protocol reaches.
func allowed(rules []smallRule) map[string]bool {
	decided, result := map[string]bool{}, map[string]bool{}
	for _, rule := range rules {
		for _, protocol := range smallProtocols[rule.Protocol] {
			for port := 1; port <= 6; port++ {
				if rule.Protocol != "-1" && protocol != 50 && (port < rule.From || port > rule.To) {
					continue
				}
				for _, source := range rule.Sources {
					for _, who := range smallSources[source] {
						key := fmt.Sprintf("%d/%d/%c", protocol, port, who)
						if !decided[key] {
							decided[key], result[key] = true, !rule.Deny
						}
					}
				}
			}
		}
	}
	return result
}

func TestDirectionAgreesWithCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ordered := rapid.Bool().Draw(t, "ordered")
		before, after := drawRules(t, "before", ordered), drawRules(t, "after", ordered)
		was, is := allowed(before), allowed(after)
		widens, narrows := false, false
		for key := range is {
			widens = widens || is[key] && !was[key]
		}
		for key := range was {
			narrows = narrows || was[key] && !is[key]
		}
		got := exposure.Compare(reach(t, before), reach(t, after)).Direction
		assert.Equal(t, widens, got == exposure.Widens || got == exposure.Both, "widens: %s", got)
		assert.Equal(t, narrows, got == exposure.Narrows || got == exposure.Both, "narrows: %s", got)
	})
}

func reach(t *rapid.T, rules []smallRule) exposure.Reach {
	texts := make([]string, len(rules))
	for i, rule := range rules {
		texts[i] = rule.json()
	}
	config, err := document.ParseString(`{"ingress":[` + strings.Join(texts, ",") + `]}`)
	require.NoError(t, err)
	return exposure.Of("network_acl", config)
}

func FuzzOfReadsWhateverItIsGiven(f *testing.F) {
	f.Add("aws_security_group", `{"ingress":[{"protocol":"-1","from_port":0,"to_port":0,"cidr_blocks":["0.0.0.0/0"]}]}`)
	f.Add("AWS::S3::BucketPolicy", `{"PolicyDocument":{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}}`)
	f.Add("Service", `{"apiVersion":"v1","kind":"Service","spec":{"type":"LoadBalancer","ports":[{"port":80}]}}`)
	f.Add("google_compute_firewall", `{"allow":[{"protocol":"tcp","ports":["1-2"]}],"source_ranges":["::/0"]}`)
	f.Fuzz(func(t *testing.T, kind, text string) {
		config, err := document.ParseString(text)
		if err != nil {
			return
		}
		reach := exposure.Of(kind, config)
		same := exposure.Compare(reach, exposure.Of(kind, config))
		assert.Equal(t, exposure.Unchanged, same.Direction, "nothing changed")
		assert.Empty(t, same.Opened)
		assert.Len(t, exposure.Compare(exposure.Reach{}, reach).Opened, len(reach.Summary()))
	})
}
