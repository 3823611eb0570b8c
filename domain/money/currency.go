package money

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// minorDigits lists, by number of minor-unit digits, the currencies of ISO 4217 (list one, 2026)
// that have a minor unit, and BGN and ANG, whose last bills are still being corrected. Codes
// without one (gold, special drawing rights, testing) are no billing currencies.
var minorDigits = expand(map[int]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN " +
		"BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP " +
		"GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT " +
		"LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN " +
		"NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE " +
		"SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES " +
		"WST XAD XCD XCG YER ZAR ZMW ZWG",
	3: "BHD IQD JOD KWD LYD OMR TND",
	4: "CLF UYW",
})

func expand(lists map[int]string) map[string]int {
	digits := make(map[string]int)
	for count, codes := range lists {
		for code := range strings.FieldsSeq(codes) {
			digits[code] = count
		}
	}
	return digits
}

// MinorDigits returns the number of fractional digits of a currency's minor unit according to ISO
// 4217, 0 to 4. An unknown code, lower case included, is an InvalidInput error.
func MinorDigits(currency string) (int, error) {
	digits, known := minorDigits[currency]
	if !known {
		return 0, fault.New(fault.InvalidInput, "currency %.20q is no ISO 4217 code such as USD", currency)
	}
	return digits, nil
}
