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
		judgedNames.Store(strings.Clone(name), secret) // the key of a document would keep all of it
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

// isHeldKey reports whether an object with a secret's name has the secret under a key, as password.value
// does.
func isHeldKey(key string) bool {
	switch key {
	case "value", "Value", "plaintext", "plainText", "PlainText", "text", "Text", "data", "Data", "content", "Content",
		"literal", "string", "String", "key", "Key", "current", "previous", "old", "new":
		return true
	default:
		return false
	}
}

// manyWords end the names of what holds several secrets, each by a name of its own.
var manyWords = map[string]bool{"passwords": true, "secrets": true, "tokens": true, "credentials": true}

// aboutWords end keys of such that tell something about a secret.
var aboutWords = map[string]bool{
	"name": true, "names": true, "username": true, "hostname": true, "id": true, "ids": true, "arn": true, "arns": true,
	"type": true, "kind": true, "ref": true, "reference": true, "path": true, "paths": true, "provider": true,
	"version": true, "apiversion": true, "region": true, "endpoint": true, "url": true, "uri": true, "namespace": true,
	"enabled": true, "optional": true, "mode": true, "algorithm": true, "encoding": true, "format": true,
	"description": true, "source": true, "from": true, "store": true, "scope": true, "scopes": true, "status": true,
	"state": true, "method": true, "labels": true, "tags": true, "schedule": true, "rotation": true, "days": true,
	"seconds": true, "issuer": true, "audience": true, "alias": true, "file": true,
}

// besideWords end keys that stand beside the secret in credentials, and name one in secrets or passwords.
var besideWords = map[string]bool{
	"user": true, "login": true, "email": true, "role": true, "account": true, "host": true, "port": true,
	"database": true, "engine": true, "backend": true,
}

// holdsMany reports whether an object of a secret's name has several, as secrets.database is one.
func holdsMany(name string) bool { return manyWords[lastWord(name)] }

// tellsAbout reports whether a key of such an object tells something about a secret, as secrets.name does.
func tellsAbout(name, key string) bool {
	word := lastWord(key)
	return aboutWords[word] || besideWords[word] && lastWord(name) == "credentials"
}

func lastWord(name string) string {
	words := split(name)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
