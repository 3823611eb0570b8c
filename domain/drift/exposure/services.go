package exposure

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// services is an unbroken range of the service space, both ends included. A service is a protocol
// and a port: protocol<<16 | port. For ICMP the port is type<<8 | code; a protocol without ports
// takes its whole range.
type services struct{ from, to uint32 }

const (
	icmp        = 1
	tcp         = 6
	udp         = 17
	icmpv6      = 58
	sctp        = 132
	lastPort    = 0xffff
	allProtocol = -1
	noProtocol  = -2
)

var (
	everyService = services{0, 255<<16 | lastPort}
	// portProtocols are those that a rule with ports but no protocol speaks of.
	portProtocols = []int{tcp, udp, sctp}

	protocolNumbers = map[string]int{
		"icmp": icmp, "igmp": 2, "ipip": 4, "tcp": tcp, "egp": 8, "udp": udp, "ipv6": 41, "rsvp": 46, "gre": 47,
		"esp": 50, "ah": 51, "icmpv6": icmpv6, "icmp6": icmpv6, "ipv6-icmp": icmpv6, "ospf": 89, "pim": 103,
		"vrrp": 112, "sctp": sctp, "udplite": 136,
	}
	protocolNames = map[int]string{icmp: "icmp", tcp: "tcp", udp: "udp", icmpv6: "icmpv6", sctp: "sctp", 50: "esp", 51: "ah", 47: "gre"}
)

// protocolOf reads a protocol by number or name. No text, "-1", "all", "any" and "*" are every
// protocol; it reports false for a name that it does not know.
func protocolOf(text string) (number int, known bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	switch text {
	case "-1", "all", "any", "*", "ip":
		return allProtocol, true
	}
	if number, err := strconv.Atoi(text); err == nil {
		return number, number >= 0 && number <= 255
	}
	number, known = protocolNumbers[text]
	return number, known
}

// portRange is a range as written; an end that is not written is -1.
type portRange struct{ from, to int }

var anyPort = portRange{-1, -1}

// parsePorts reads "22", "20-25", "*", "80,443" and the like; nothing readable is every port, so
// that what cannot be read is never taken for closed.
func parsePorts(text string) []portRange {
	var ranges []portRange
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		first, last, isRange := strings.Cut(strings.ReplaceAll(part, ":", "-"), "-")
		from, err := strconv.Atoi(strings.TrimSpace(first))
		if err != nil {
			return []portRange{anyPort}
		}
		to := from
		if isRange {
			if to, err = strconv.Atoi(strings.TrimSpace(last)); err != nil {
				return []portRange{anyPort}
			}
		}
		ranges = append(ranges, portRange{from, to})
	}
	return ranges
}

// spans returns the services of a protocol and its ports. A rule for every protocol ignores its
// ports, as providers do; ports without a protocol are those of tcp, udp and sctp, where 0-0 is the
// spelling of "no port given".
func spans(protocol int, ports []portRange) []services {
	if protocol == allProtocol {
		return []services{everyService}
	}
	if len(ports) == 0 {
		ports = []portRange{anyPort}
	}
	var result []services
	for _, ports := range ports {
		switch {
		case protocol != noProtocol:
			result = append(result, protocolSpan(protocol, ports))
		case ports.all() || ports == portRange{0, 0}:
			return []services{everyService}
		default:
			for _, protocol := range portProtocols {
				result = append(result, protocolSpan(protocol, ports))
			}
		}
	}
	return result
}

func (p portRange) all() bool {
	return p.from < 0 && p.to < 0 || p.from <= 0 && p.to >= lastPort
}

func protocolSpan(protocol int, ports portRange) services {
	base := uint32(protocol) << 16 // protocolOf keeps it within a byte
	switch protocol {
	case icmp, icmpv6:
		return icmpSpan(base, ports)
	case tcp, udp, sctp, 33, 136:
		from, to := ports.from, ports.to
		if ports.all() || from > lastPort {
			return services{base, base | lastPort}
		}
		if to < 0 {
			to = from
		}
		from, to = max(0, from), min(lastPort, to)
		return services{base + uint32(min(from, to)), base + uint32(max(from, to))} // both lie within a port's range
	default:
		return services{base, base | lastPort}
	}
}

// icmpSpan reads a type in the place of the first port and a code in the place of the last.
func icmpSpan(base uint32, ports portRange) services {
	if ports.from < 0 || ports.from > 255 {
		return services{base, base | lastPort}
	}
	kind := base | uint32(ports.from)<<8
	if ports.to < 0 || ports.to > 255 {
		return services{kind, kind | 255}
	}
	return services{kind + uint32(ports.to), kind + uint32(ports.to)}
}

// String names the services as a person would: "tcp 22", "tcp 20-25", "every service".
func (s services) String() string {
	if s == everyService {
		return "every service"
	}
	protocol, last := int(s.from>>16), int(s.to>>16)
	if protocol != last {
		return edge(protocol, s.from&lastPort, 0) + " to " + edge(last, s.to&lastPort, lastPort)
	}
	from, to := s.from&lastPort, s.to&lastPort
	switch name := protocolName(protocol); {
	case from == 0 && to == lastPort:
		return name + ", every port"
	case protocol == icmp || protocol == icmpv6:
		return fmt.Sprintf("%s type %d", name, from>>8)
	case from == to:
		return fmt.Sprintf("%s %d", name, from)
	default:
		return fmt.Sprintf("%s %d-%d", name, from, to)
	}
}

// edge names the end of a range that spans protocols, with its port unless that is the outermost.
func edge(protocol int, port, outermost uint32) string {
	if port == outermost {
		return protocolName(protocol)
	}
	return fmt.Sprintf("%s %d", protocolName(protocol), port)
}

func protocolName(number int) string {
	if name, known := protocolNames[number]; known {
		return name
	}
	return "protocol " + strconv.Itoa(number)
}

func (s services) overlaps(other services) bool { return s.from <= other.to && other.from <= s.to }

// elementary cuts ranges into the pieces between their ends, within the bounds given.
func elementary(ranges, bounds []services) []services {
	var cuts []uint32
	for _, r := range ranges {
		cuts = append(cuts, r.from, r.to+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var pieces []services
	for index := 1; index < len(cuts); index++ {
		piece := services{cuts[index-1], cuts[index] - 1}
		if slices.ContainsFunc(bounds, piece.overlaps) {
			pieces = append(pieces, piece)
		}
	}
	return pieces
}
