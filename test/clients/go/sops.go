package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/getsops/sops/v3/hcvault"
)

// sops encrypts a file with a data key of its own and has that wrapped by transit: `hcvault` is the part of sops that
// does so, unchanged. What sops does to the file itself needs no server; here it is one seal.
var sops = []check{
	{"sops: a file is encrypted, decrypted, and still decrypted once the key has been rotated", sopsFile},
	{"sops: a missing key is made at the first file", sopsUpsert},
	{"sops: a data key of another key does not open, and says why", sopsForeign},
}

// file is what sops keeps: the sealed text, and the wrapped data key in its metadata.
type file struct {
	sealed  []byte
	wrapped string
}

func sopsKey(s *server, mount, name string) *hcvault.MasterKey {
	key := got(hcvault.NewMasterKeyFromURI(fmt.Sprintf("%s/v1/%s/keys/%s", s.address, mount, name)))
	hcvault.Token(s.root.Token()).ApplyToMasterKey(key)
	return key
}

func gcm(dataKey []byte) cipher.AEAD {
	return got(cipher.NewGCM(got(aes.NewCipher(dataKey))))
}

func encryptFile(key *hcvault.MasterKey, text string) file {
	dataKey := make([]byte, 32)
	got(rand.Read(dataKey))
	must(key.EncryptContext(background, dataKey))
	nonce := make([]byte, 12)
	got(rand.Read(nonce))
	return file{gcm(dataKey).Seal(nonce, nonce, []byte(text), nil), string(key.EncryptedDataKey())}
}

func decryptFile(key *hcvault.MasterKey, f file) (string, error) {
	key.SetEncryptedDataKey([]byte(f.wrapped))
	dataKey, err := key.DecryptContext(background)
	if err != nil {
		return "", err
	}
	return string(got(gcm(dataKey).Open(nil, f.sealed[:12], f.sealed[12:], nil))), nil
}

const plainFile = "password: correct horse battery staple\n"

func sopsMount(s *server) string {
	mount := "go-sops"
	mounts := got(s.root.Sys().ListMounts())
	if _, there := mounts[mount+"/"]; !there {
		got(s.root.Logical().Write("sys/mounts/"+mount, fields("type", "transit")))
	}
	return mount
}

func sopsFile(s *server) {
	mount := sopsMount(s)
	got(s.root.Logical().Write(mount+"/keys/files", fields("type", "aes256-gcm96")))
	first := encryptFile(sopsKey(s, mount, "files"), plainFile)
	holds(strings.HasPrefix(first.wrapped, "vault:v1:"), first.wrapped)
	equal(got(decryptFile(sopsKey(s, mount, "files"), first)), plainFile)
	got(s.root.Logical().Write(mount+"/keys/files/rotate", nil))
	second := encryptFile(sopsKey(s, mount, "files"), plainFile)
	holds(strings.HasPrefix(second.wrapped, "vault:v2:"), second.wrapped)
	for _, f := range []file{first, second} {
		equal(got(decryptFile(sopsKey(s, mount, "files"), f)), plainFile)
	}
}

func sopsUpsert(s *server) {
	mount := sopsMount(s)
	made := encryptFile(sopsKey(s, mount, "unheard-of"), plainFile)
	equal(got(decryptFile(sopsKey(s, mount, "unheard-of"), made)), plainFile)
}

func sopsForeign(s *server) {
	mount := sopsMount(s)
	made := encryptFile(sopsKey(s, mount, "one"), plainFile)
	encryptFile(sopsKey(s, mount, "another"), plainFile)
	_, err := decryptFile(sopsKey(s, mount, "another"), made)
	holds(err != nil && strings.Contains(err.Error(), "message authentication failed"), fmt.Sprint(err))
}
