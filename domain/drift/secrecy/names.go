package secrecy

import (
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// secretWords end the name of a property that holds a secret: MasterUserPassword, api_token.
var secretWords = map[string]bool{
	"password": true, "passwords": true, "passwd": true, "pwd": true, "passphrase": true, "passcode": true,
	"secret": true, "secrets": true, "token": true, "tokens": true, "apikey": true, "privatekey": true,
	"secretkey": true, "accesskey": true, "credential": true, "credentials": true, "connectionstring": true,
	"authtoken": true, "accesstoken": true, "clientsecret": true, "userpassword": true,
}

// secretPairs end a name as two words: private_key, SecretString.
var secretPairs = map[string]bool{
	"api key": true, "private key": true, "secret key": true, "access key": true, "signing key": true, "auth key": true,
	"account key": true, "shared key": true, "encryption key": true, "license key": true, "master key": true,
	"storage key": true, "host key": true, "connection string": true, "secret string": true,
	"secret value": true, "secret data": true, "secret binary": true, "secret text": true, "password hash": true,
	"password value": true, "token value": true, "sas url": true, "sas uri": true, "webhook url": true,
	"private pem": true, "key material": true, "shared access": true,
}

// plainNames look like those of secrets and are none.
var plainNames = map[string]bool{
	"http tokens": true, "next token": true, "max tokens": true, "min tokens": true, "pagination token": true,
	"public access key": true, "create password": true, "manage master user password": true,
}

var judgedNames sync.Map // map[string]bool

// mostNames bounds how many names are remembered, since keys of maps may be anything.
const mostNames = 1 << 16

var rememberedNames atomic.Int64

// NameIsSecret reports whether a property of this name holds a secret: password, private_key,
// clientSecret, but not secretArn, passwordPolicy or httpTokens.
func NameIsSecret(name string) bool {
	if known, found := judgedNames.Load(name); found {
		return known.(bool)
	}
	secret := judgeName(name)
	if rememberedNames.Add(1) <= mostNames {
		judgedNames.Store(name, secret)
	}
	return secret
}

func judgeName(name string) bool {
	if len(name) > 128 {
		return false
	}
	words := split(name)
	if len(words) == 0 || plainNames[strings.Join(words, " ")] {
		return false
	}
	last := words[len(words)-1]
	if secretWords[last] {
		return true
	}
	return len(words) > 1 && secretPairs[words[len(words)-2]+" "+last]
}

// split cuts a name into lower-case words at what is no letter or digit and where case turns.
func split(name string) []string {
	var words []string
	start := 0
	runes := []rune(name)
	flush := func(end int) {
		if end > start {
			words = append(words, strings.ToLower(string(runes[start:end])))
		}
		start = end
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush(i)
			start = i + 1
		case unicode.IsUpper(r) && i > 0 && unicode.IsLower(runes[i-1]):
			flush(i)
		case unicode.IsUpper(r) && i > 0 && i+1 < len(runes) && unicode.IsUpper(runes[i-1]) && unicode.IsLower(runes[i+1]):
			flush(i)
		}
	}
	flush(len(runes))
	return words
}
