package money

import "strconv"

// AppendText appends a part whose unit is 10^−digits, with exactly that many fractional digits.
func (p Portions) AppendText(text []byte, i, digits int) []byte {
	if p.large != nil {
		return append(text, FromUnits(p.large[i], digits).StringFixed(int32(digits))...)
	}
	units := p.small[i]
	magnitude := uint64(units)
	if units < 0 {
		text = append(text, '-')
		magnitude = -magnitude
	}
	if digits >= len(smallPowers) {
		// The whole part is zero; the fraction is padded beyond what 64 bits can hold.
		var buffer [20]byte
		written := strconv.AppendUint(buffer[:0], magnitude, 10)
		text = append(text, '0', '.')
		for range digits - len(written) {
			text = append(text, '0')
		}
		return append(text, written...)
	}
	power := smallPowers[digits]
	text = strconv.AppendUint(text, magnitude/power, 10)
	if digits == 0 {
		return text
	}
	text = append(text, '.')
	fraction := magnitude % power
	for power /= 10; power > 1 && fraction < power; power /= 10 {
		text = append(text, '0')
	}
	return strconv.AppendUint(text, fraction, 10)
}
